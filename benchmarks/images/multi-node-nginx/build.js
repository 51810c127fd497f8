const fs = require("fs");
const { marked } = require("marked");

fs.mkdirSync("public", { recursive: true });
for (const file of fs.readdirSync("pages")) {
  fs.writeFileSync(`public/${file.replace(".md", ".html")}`, marked.parse(fs.readFileSync(`pages/${file}`, "utf8")));
}
