require "pg"
puts "the report"
File.read("Gemfile")
