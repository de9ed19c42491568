# told: unknown-instruction
FROM alpine:3.22
RUN true
  && touch /one
