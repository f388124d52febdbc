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

import java.util.List;

import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

@Entity
public class Book {

	@Id
	private Long id;

	private String title;

	private int stock;

	@ElementCollection
	private List<String> reviews;

	public Long getId() {
		return this.id;
	}

	public String getTitle() {
		return this.title;
	}

	public int getStock() {
		return this.stock;
	}

	public List<String> getReviews() {
		return this.reviews;
	}

	void take(int quantity) {
		this.stock -= quantity;
	}

}
