# told:
FROM "alpine:3.22" AS base
FROM 'base' AS next
FROM next
