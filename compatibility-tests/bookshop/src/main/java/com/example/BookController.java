/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package com.example;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;

import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.server.ResponseStatusException;

/**
 * The reviews are loaded while the view is rendered.
 */
@Controller
class BookController {

	private final BookRepository books;

	BookController(BookRepository books) {
		this.books = books;
	}

	@GetMapping("/books/{id}")
	@TrackGoal("book:viewed")
	String book(@PathVariable @GoalMetadata("book") long id, Model model) {
		model.addAttribute("book",
				this.books.findById(id).orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND)));
		return "book";
	}

}
