module stages

go 1.25
