export MODE=test
