const shared = require("@repository/shared");
const express = require("express");
console.log("joined");
