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

import io.datafast.DataFastGoals;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.stereotype.Component;

/**
 * Creates what it needs before all other beans.
 */
@Component
@ConditionalOnClass(name = "io.datafast.DataFastGoals")
class Welcome implements BeanPostProcessor {

	private final DataFastGoals goals;

	Welcome(DataFastGoals goals) {
		this.goals = goals;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (bean == this.goals) ? this.goals : bean;
	}

}
