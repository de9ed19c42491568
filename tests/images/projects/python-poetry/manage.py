import markdown

with open("static/all.css", "w") as file:
    file.write(markdown.__name__)
