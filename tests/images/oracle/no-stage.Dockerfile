# told: syntax-error
ARG VERSION=1
