module crossing

go 1.25
