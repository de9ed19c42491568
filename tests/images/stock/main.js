const express = require('express');
console.log('the program main runs');
