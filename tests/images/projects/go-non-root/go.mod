module modest

go 1.25
