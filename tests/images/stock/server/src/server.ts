const express = require('express');
console.log('the program server runs');
