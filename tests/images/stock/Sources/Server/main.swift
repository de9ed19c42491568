print("the Swift program runs")
