module documents

go 1.25
