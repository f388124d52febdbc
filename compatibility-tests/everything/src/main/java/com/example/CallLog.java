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

import java.util.concurrent.atomic.AtomicInteger;

import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;

import org.springframework.stereotype.Component;

/**
 * Advice of the application on a bean that tracks goals, too.
 */
@Aspect
@Component
class CallLog {

	private final AtomicInteger calls = new AtomicInteger();

	@Before("execution(* com.example.OrderService.place(..))")
	public void count() {
		this.calls.incrementAndGet();
	}

	int calls() {
		return this.calls.get();
	}

}
