puts "the Ruby program runs"
