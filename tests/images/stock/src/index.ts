const express = require('express');
console.log('the program index runs');
