# told: unknown-flag
FROM --plattform=linux/amd64 alpine:3.22
