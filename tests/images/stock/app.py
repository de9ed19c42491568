import flask

print("the Python program runs")
print(flask)
