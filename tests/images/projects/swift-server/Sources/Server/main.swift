print("the server answers")
