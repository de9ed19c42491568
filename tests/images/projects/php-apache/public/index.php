<?php
require '/vendor/autoload.php';
echo "shop";
