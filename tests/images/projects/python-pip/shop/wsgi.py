import django
import psycopg2

application = django, psycopg2
print("serving the shop")
