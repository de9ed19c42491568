const express = require('express');
console.log('the program app runs');
