# told:
FROM alpine:3.22
ONBUILD COPY --form=build /one /two
