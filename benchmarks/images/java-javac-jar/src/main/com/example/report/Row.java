package com.example.report;

record Row(String name, long people) {}
