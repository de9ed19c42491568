const bcrypt = require("bcrypt");
console.log("hashed");
