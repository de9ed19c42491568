module store

go 1.25
