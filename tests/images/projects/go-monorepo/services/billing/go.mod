module example.com/billing

go 1.25

require example.com/money v1.0.0
