# told: self-reference
FROM alpine:3.22 AS build
RUN touch /one
COPY --from=build /one /two
