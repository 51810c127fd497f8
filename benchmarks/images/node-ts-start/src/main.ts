import validator from "validator";

for (const address of ["ada@example.com", "nobody"]) {
  console.log(address, validator.isEmail(address));
}
