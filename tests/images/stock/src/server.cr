puts "the Crystal program runs"
