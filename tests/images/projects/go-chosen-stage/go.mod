module chosen

go 1.25
