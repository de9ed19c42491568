main = putStrLn "the Haskell program runs"
