# told: duplicate-stage-name
FROM alpine:3.22 AS build
RUN touch /one
FROM build AS Build
RUN touch /two
FROM build
COPY --from=build /two /three
