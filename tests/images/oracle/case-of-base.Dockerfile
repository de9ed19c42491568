# told: from-case-mismatch
FROM alpine:3.22 AS Base
FROM Base AS next
