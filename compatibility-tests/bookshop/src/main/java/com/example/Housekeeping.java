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

import java.util.concurrent.TimeUnit;

import io.datafast.annotation.TrackGoal;
import jakarta.annotation.PreDestroy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

@Component
class Housekeeping {

	private static final Logger logger = LoggerFactory.getLogger(Housekeeping.class);

	private final Shutters shutters;

	Housekeeping(Shutters shutters) {
		this.shutters = shutters;
	}

	@Scheduled(fixedDelay = 1, timeUnit = TimeUnit.DAYS)
	@TrackGoal(name = "books:dusted", visitorId = "'housekeeper'")
	public void dust() {
		logger.info("Dusted the books");
	}

	@PreDestroy
	void close() {
		this.shutters.close();
	}

	@Component
	static class Shutters {

		@TrackGoal(name = "shutters:closed", visitorId = "'housekeeper'")
		public void close() {
			logger.info("Closed the shutters");
		}

	}

}
