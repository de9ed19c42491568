import django

with open("static/all.css", "w") as file:
    file.write(django.__name__)
