# escape=`
# told:
FROM alpine:3.22 `
  AS base
FROM base
RUN true `
  FROM nothing
