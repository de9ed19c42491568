# told:

FROM \
    # a comment between
    alpine:3.22 \
    AS base

FROM base
RUN <<SCRIPT
: FROM is no instruction here
SCRIPT
