const express = require("express");

const app = express();
let seen = 0;

app.use(express.static("public"));
app.get("/count", (request, response) => response.json({ seen: ++seen }));

module.exports = app;
if (require.main === module) {
  app.listen(3000, () => console.log("listening on 3000"));
}
