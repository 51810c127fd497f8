import pandas as pd

sales = pd.read_csv("sales.csv")
print(sales.groupby("shop")["sum"].sum().to_string())
