import click

print("clicked", click)
print("clicked")
