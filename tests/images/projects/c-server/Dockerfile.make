FROM debian:bookworm
RUN apt-get update && apt-get install -y build-essential
COPY . /src
WORKDIR /src
RUN make
EXPOSE 8080
CMD ["./server"]
