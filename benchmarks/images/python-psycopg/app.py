import os

import psycopg2
from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(status="ok", libpq=psycopg2.__libpq_version__ // 10000)


@app.get("/users")
def users():
    with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM users")
        return jsonify([row[0] for row in cursor])
