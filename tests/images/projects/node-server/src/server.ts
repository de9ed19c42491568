import express from "express";
import { greeting } from "./greeting.js";

console.log("listening");
express().get("/", greeting).listen(3000);
