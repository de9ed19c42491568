puts "the server answers"
