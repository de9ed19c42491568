require "sinatra"
require "pg"
get("/") { "orders" }
