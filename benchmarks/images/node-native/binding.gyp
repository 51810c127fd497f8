{
  "targets": [{"target_name": "fastcount", "sources": ["src/fastcount.c"]}]
}
