module writer

go 1.25
